// Command random is the plugin behind pulumi_random: the upstream provider under Pulumi's types.
package main

import (
	"context"

	frameworkbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/terraform-providers/terraform-provider-random/shim"
)

// version is the pulumi-random release whose upstream and types go.mod and this file reproduce.
const version = "4.21.4"

// typeOf says random_password is random:index/randomPassword:RandomPassword.
func typeOf(module, name string) (string, error) {
	return tokens.MakeStandard("random")(module, "Random"+name)
}

func main() {
	info := tfbridge.ProviderInfo{
		P:                           frameworkbridge.ShimProvider(shim.Provider()),
		Name:                        "random",
		Version:                     version,
		MetadataInfo:                tfbridge.NewProviderMetadata([]byte("{}")),
		Resources:                   map[string]*tfbridge.ResourceInfo{},
		EnableAccurateBridgePreview: true,
	}
	info.MustComputeTokens(tokens.SingleModule("random_", "index", typeOf))
	schema := []byte(`{"name":"random","version":"` + version + `"}`)
	frameworkbridge.Main(
		context.Background(), "random", info,
		frameworkbridge.ProviderMetadata{PackageSchema: schema},
	)
}
