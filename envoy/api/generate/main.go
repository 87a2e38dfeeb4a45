// Command generate writes the descriptors of the Envoy v3 API as one google.protobuf.FileDescriptorSet.
//
// The descriptors are those embedded in the packages of github.com/envoyproxy/go-control-plane/envoy: imports.go
// imports every one of its v3 packages for that effect alone. Two runs give the same bytes.
//
// Usage: go run . <output file>
package main

import (
	"fmt"
	"os"
	"regexp"
	"sort"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// rootFile matches the files that are kept for themselves; others are kept only where one of these imports them.
var rootFile = regexp.MustCompile(`^envoy/.*\bv3/[^/]+\.proto$`)

func main() {
	if len(os.Args) != 2 {
		fail("usage: go run . <output file>")
	}
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(descriptorSet(protoregistry.GlobalFiles))
	if err != nil {
		fail("cannot encode the descriptors: %v", err)
	}
	if err := os.WriteFile(os.Args[1], bytes, 0o644); err != nil {
		fail("cannot write the descriptors: %v", err)
	}
}

// descriptorSet returns every root file of the registry after the files it imports, roots in the order of their names:
// readers that link while they read need a file's imports before the file.
func descriptorSet(files *protoregistry.Files) *descriptorpb.FileDescriptorSet {
	var roots []string
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if rootFile.MatchString(file.Path()) {
			roots = append(roots, file.Path())
		}
		return true
	})
	sort.Strings(roots)

	set := &descriptorpb.FileDescriptorSet{}
	seen := map[string]bool{}
	var visit func(path string)
	visit = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		descriptor, err := files.FindFileByPath(path)
		if err != nil {
			fail("%s is imported but no package embeds it: %v; see README.md on imports.go", path, err)
		}
		file := protodesc.ToFileDescriptorProto(descriptor)
		for _, dependency := range file.Dependency {
			visit(dependency)
		}
		set.File = append(set.File, file)
	}
	for _, root := range roots {
		visit(root)
	}
	return set
}

func fail(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(1)
}
