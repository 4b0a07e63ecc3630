// Package local runs commands on the machine that Pulumi itself runs on.
package local

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Shell is how a command is run: the inputs that Command and Run have in common.
type Shell struct {
	Interpreter *[]string          `pulumi:"interpreter,optional"`
	Dir         *string            `pulumi:"dir,optional"`
	Environment *map[string]string `pulumi:"environment,optional"`
	Stdin       *string            `pulumi:"stdin,optional"`
	AddPrevious *bool              `pulumi:"addPreviousOutputInEnv,optional"`
	Logging     *string            `pulumi:"logging,optional"`
}

// Output is what a command printed, without the newline at the end.
type Output struct {
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// run runs script. Unless it is told not to, it hands on what the run before had printed.
func (s Shell) run(ctx context.Context, script string, previous *Output) (Output, error) {
	interpreter := []string{"/bin/sh", "-c"}
	if s.Interpreter != nil && len(*s.Interpreter) > 0 {
		interpreter = *s.Interpreter
	}
	arguments := append(append([]string{}, interpreter[1:]...), script)
	command := exec.CommandContext(ctx, interpreter[0], arguments...)
	command.Env = os.Environ()
	if s.Environment != nil {
		for name, value := range *s.Environment {
			command.Env = append(command.Env, name+"="+value)
		}
	}
	if previous != nil && (s.AddPrevious == nil || *s.AddPrevious) {
		command.Env = append(command.Env,
			"PULUMI_COMMAND_STDOUT="+previous.Stdout,
			"PULUMI_COMMAND_STDERR="+previous.Stderr)
	}
	if s.Dir != nil {
		command.Dir = *s.Dir
	}
	if s.Stdin != nil {
		command.Stdin = strings.NewReader(*s.Stdin)
	}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	failure := command.Run()
	output := Output{
		Stdout: strings.TrimSuffix(stdout.String(), "\n"),
		Stderr: strings.TrimSuffix(stderr.String(), "\n"),
	}
	if failure != nil {
		return output, fmt.Errorf("%w: %q\n%s\n%s", failure, script, output.Stderr, output.Stdout)
	}
	return output, nil
}
