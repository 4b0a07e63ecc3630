// Package shim hands out the upstream random provider. Its package is internal to the upstream
// module, so this module's path is laid below the upstream's: Go then allows the import.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	upstream "github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// Provider is the upstream provider, ready to be bridged.
func Provider() provider.Provider {
	return upstream.New()
}
