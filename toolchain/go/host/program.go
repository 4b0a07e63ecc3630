package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// told is how the executor exits once it has told the user itself what went wrong.
const told = 32

// python opens the virtual environment that Pulumi.yaml names for the program.
func python(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	options := toolchain.PythonOptions{
		Root:       info.RootDirectory,
		ProgramDir: info.ProgramDirectory,
		Toolchain:  toolchain.Pip,
	}
	if name, ok := info.Options.AsMap()["virtualenv"].(string); ok {
		options.Virtualenv = name
	}
	return toolchain.ResolveToolchain(options)
}

// Run runs a Pulumi program to its end.
func (h *languageHost) Run(
	ctx context.Context, request *pulumirpc.RunRequest,
) (*pulumirpc.RunResponse, error) {
	environment, err := python(request.Info)
	if err != nil {
		return nil, err
	}
	if err := environment.ValidateVenv(ctx); err != nil {
		return nil, err
	}
	command, err := environment.Command(ctx, h.arguments(request)...)
	if err != nil {
		return nil, err
	}
	config, err := configuration(request)
	if err != nil {
		return nil, err
	}
	if command.Env == nil {
		command.Env = os.Environ()
	}
	command.Env = append(command.Env, config...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr

	failure := command.Run()
	var exit *exec.ExitError
	if errors.As(failure, &exit) && exit.ExitCode() == told {
		return &pulumirpc.RunResponse{Bail: true}, nil
	}
	if failure != nil {
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program failed: %v", failure)}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}

func (h *languageHost) arguments(request *pulumirpc.RunRequest) []string {
	return append([]string{
		h.executor,
		"--monitor", request.MonitorAddress,
		"--engine", h.engine,
		"--project", request.Project,
		"--stack", request.Stack,
		"--organization", request.Organization,
		"--root_directory", request.Info.RootDirectory,
		"--pwd", request.Pwd,
		"--dry_run", strconv.FormatBool(request.DryRun),
		"--parallel", strconv.Itoa(int(request.Parallel)),
		request.Info.ProgramDirectory,
	}, request.Args...)
}

// configuration is the stack's configuration, and which keys of it are secret, as the SDK reads it.
func configuration(request *pulumirpc.RunRequest) ([]string, error) {
	values := map[string]string{}
	for key, value := range request.Config {
		values[key] = value
	}
	config, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	secrets, err := json.Marshal(append([]string{}, request.ConfigSecretKeys...))
	if err != nil {
		return nil, err
	}
	return []string{
		"PULUMI_CONFIG=" + string(config),
		"PULUMI_CONFIG_SECRET_KEYS=" + string(secrets),
	}, nil
}
