// Package shim hands out the upstream Docker provider. Its package is internal to the upstream
// module, so this module's path is laid below the upstream's: Go then allows the import.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// Provider is the upstream provider, ready to be bridged.
func Provider() *schema.Provider {
	return provider.New("tasktracker")()
}
