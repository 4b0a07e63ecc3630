#!/bin/sh
# `hash.sh PAGE OUT CONFIGURATION`: gives the assets a directory named by the hash of all of them,
# so that their names change with their content, and writes that name into what refers to it.
set -eu
page=$1 out=$2 configuration=$3
version=$(cd "$page/assets" && sha256sum * | sha256sum | cut -c 1-16)
mkdir -p "$out/assets/$version"
cp "$page"/assets/* "$out/assets/$version/"
sed "s#/assets/#/assets/$version/#g" "$page/index.html" > "$out/index.html"
sed -i "s#@VERSION@#$version#g" "$configuration"
