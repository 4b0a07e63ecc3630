package local

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Command is the resource command:local:Command: a script for each step of a resource's life.
type Command struct{}

// CommandArgs are the inputs of a Command. Another value among the triggers replaces it.
type CommandArgs struct {
	Shell
	Create   *string `pulumi:"create,optional"`
	Update   *string `pulumi:"update,optional"`
	Delete   *string `pulumi:"delete,optional"`
	Triggers *[]any  `pulumi:"triggers,optional" provider:"replaceOnChanges"`
}

// CommandState is what the stack's state keeps of a Command.
type CommandState struct {
	CommandArgs
	Output
}

type (
	createRequest  = infer.CreateRequest[CommandArgs]
	createResponse = infer.CreateResponse[CommandState]
	updateRequest  = infer.UpdateRequest[CommandArgs, CommandState]
	updateResponse = infer.UpdateResponse[CommandState]
	deleteRequest  = infer.DeleteRequest[CommandState]
)

// Create runs the create script. A preview runs nothing.
func (*Command) Create(ctx context.Context, request createRequest) (createResponse, error) {
	state := CommandState{CommandArgs: request.Inputs}
	id, err := resource.NewUniqueHex(request.Name, 8, 0)
	if err == nil && !request.DryRun && state.CommandArgs.Create != nil {
		state.Output, err = state.run(ctx, *state.CommandArgs.Create, nil)
	}
	return createResponse{ID: id, Output: state}, err
}

// Update runs the update script or, where there is none, the create script again.
func (*Command) Update(ctx context.Context, request updateRequest) (updateResponse, error) {
	state := CommandState{CommandArgs: request.Inputs, Output: request.State.Output}
	script := state.CommandArgs.Update
	if script == nil {
		script = state.CommandArgs.Create
	}
	var err error
	if !request.DryRun && script != nil {
		state.Output, err = state.run(ctx, *script, &request.State.Output)
	}
	return updateResponse{Output: state}, err
}

// Delete runs the delete script, if there is one.
func (*Command) Delete(ctx context.Context, request deleteRequest) (infer.DeleteResponse, error) {
	var err error
	if script := request.State.CommandArgs.Delete; script != nil {
		_, err = request.State.run(ctx, *script, &request.State.Output)
	}
	return infer.DeleteResponse{}, err
}
