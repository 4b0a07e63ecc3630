// Command host is the Python language host: it runs Python programs and policy packs for the
// Pulumi engine, in a virtual environment with pip. The engine starts it by the name of
// pulumi-language-python and reads the port it serves from its first line.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// version is the Pulumi release whose SDK go.mod pins.
const version = "3.256.0"

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-python:", err)
		os.Exit(1)
	}
}

func serve() error {
	// The engine says these; what a program needs of them comes again with each request.
	for _, name := range []string{"root", "toolchain", "tracing", "typechecker", "virtualenv"} {
		flag.String(name, "", "accepted, unused")
	}
	flag.Bool("use-executor", false, "accepted, unused")
	flag.Parse()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	host := &languageHost{
		engine:   flag.Arg(0),
		executor: filepath.Join(filepath.Dir(self), "pulumi-language-python-exec"),
	}
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
		Options: rpcutil.OpenTracingServerInterceptorOptions(nil),
	})
	if err != nil {
		return err
	}
	fmt.Println(server.Port)
	return <-server.Done
}

type languageHost struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	engine   string // the engine's address
	executor string // the script that runs a program
}

func (h *languageHost) Handshake(
	_ context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.engine = request.EngineAddress
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}
