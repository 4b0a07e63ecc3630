// Command docker is the plugin behind pulumi_docker: the upstream provider under Pulumi's types.
// It has every resource and function but docker.Image, which is Pulumi's own builder.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdkbridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	pulumitokens "github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/shim"
)

// version is the pulumi-docker release whose upstream and types go.mod and this file reproduce.
const version = "5.2.0"

// types maps each upstream resource to the class that pulumi_docker gives it.
var types = map[string]string{
	"docker_config":         "ServiceConfig",
	"docker_container":      "Container",
	"docker_image":          "RemoteImage",
	"docker_network":        "Network",
	"docker_plugin":         "Plugin",
	"docker_registry_image": "RegistryImage",
	"docker_secret":         "Secret",
	"docker_service":        "Service",
	"docker_tag":            "Tag",
	"docker_volume":         "Volume",
}

// singular lists the fields (upstream name: Pulumi's) that pulumi_docker does not turn into plurals.
var singular = map[string]map[string]string{
	"docker_container": {"command": "command", "networks_advanced": "networksAdvanced"},
	"docker_image":     {"name": "name"},
}

func resources() map[string]*tfbridge.ResourceInfo {
	all := map[string]*tfbridge.ResourceInfo{}
	for upstream, class := range types {
		token, err := tokens.MakeStandard("docker")("index", class)
		if err != nil {
			panic(err)
		}
		fields := map[string]*tfbridge.SchemaInfo{}
		for field, name := range singular[upstream] {
			fields[field] = &tfbridge.SchemaInfo{Name: name}
		}
		all[upstream] = &tfbridge.ResourceInfo{
			Tok:    pulumitokens.Type(token),
			Fields: fields,
			// The published provider deletes first, unless the program says otherwise.
			DeleteBeforeReplace: class == "Container",
		}
	}
	return all
}

func main() {
	info := tfbridge.ProviderInfo{
		P:            sdkbridge.NewProvider(shim.Provider()),
		Name:         "docker",
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Resources:    resources(),
		Config: map[string]*tfbridge.SchemaInfo{
			"host": {Default: &tfbridge.DefaultInfo{
				EnvVars: []string{"DOCKER_HOST"},
				Value:   "unix:///var/run/docker.sock",
			}},
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
	}
	info.MustComputeTokens(tokens.SingleModule("docker_", "index", tokens.MakeStandard("docker")))
	info.SetAutonaming(255, "-")
	tfbridge.Main("docker", version, info, []byte(`{"name":"docker","version":"`+version+`"}`))
}
