//go:build pin

// Package cli names the Pulumi command in an import, so that go.mod and go.sum pin it.
package cli

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
