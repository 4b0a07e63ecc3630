"""One resource of each plugin."""

import pulumi
import pulumi_docker as docker
import pulumi_random as random
from pulumi_command import local

password = random.RandomPassword("password", length=pulumi.Config().require_int("length"))
volume = docker.Volume("volume")
greeting = local.Command(
    "greeting",
    create='echo "hello $NAME"',
    delete='echo "bye $NAME" > "$LEFT"',
    environment={"NAME": volume.name, "LEFT": pulumi.Config().require("left")},
)
pulumi.export("password", password.result)
pulumi.export("volume", volume.name)
pulumi.export("greeting", greeting.stdout)
