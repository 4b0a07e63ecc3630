package local

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// Run is the function command:local:run: a command that runs each time, previews included.
type Run struct{}

// RunArgs are the inputs of Run.
type RunArgs struct {
	Shell
	Command string `pulumi:"command"`
}

// RunResult is what Run answers: its inputs and what the command printed.
type RunResult struct {
	RunArgs
	Output
}

// Invoke runs the command.
func (*Run) Invoke(
	ctx context.Context, request infer.FunctionRequest[RunArgs],
) (infer.FunctionResponse[RunResult], error) {
	output, err := request.Input.run(ctx, request.Input.Command, nil)
	return infer.FunctionResponse[RunResult]{Output: RunResult{request.Input, output}}, err
}
