// Command command is the plugin behind pulumi_command: local commands as resources.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-go-provider/infer"

	"tasktracker.local/toolchain/command/local"
)

// version is the pulumi-command release whose types and state package local reproduces.
const version = "1.2.1"

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	provider, err := infer.NewProviderBuilder().
		WithResources(infer.Resource(&local.Command{})).
		WithFunctions(infer.Function(&local.Run{})).
		Build()
	if err != nil {
		return err
	}
	return provider.Run(context.Background(), "command", version)
}
