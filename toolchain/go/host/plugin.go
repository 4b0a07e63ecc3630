package main

import (
	"errors"
	"os/exec"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin runs a plugin written in Python: a policy pack.
func (h *languageHost) RunPlugin(
	request *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	environment, err := python(request.Info)
	if err != nil {
		return err
	}
	arguments := append([]string{request.Info.ProgramDirectory}, request.Args...)
	command, err := environment.Command(server.Context(), arguments...)
	if err != nil {
		return err
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()
	command.Dir = request.Pwd
	// The last of two values of a name counts: the virtual environment's own.
	command.Env = append(append([]string{}, request.Env...), command.Env...)
	// pulumi_policy writes its port without flushing: buffered, the engine would wait for ever.
	command.Env = append(command.Env, "PYTHONUNBUFFERED=1")
	command.Stdout, command.Stderr = stdout, stderr

	failure := command.Run()
	var exit *exec.ExitError
	if errors.As(failure, &exit) {
		return server.Send(&pulumirpc.RunPluginResponse{
			Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(exit.ExitCode())},
		})
	}
	if failure != nil {
		return failure
	}
	return closer.Close()
}
