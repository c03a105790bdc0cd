package main

import (
	"go/doc"
	"slices"
	"strings"
)

// anchor is where a name of a package is explained: its own heading, or that of the table it stands in.
func (m *module) anchor(pkg, name string) string {
	p := m.byName[pkg]
	if declares(p.Consts, name) {
		return slug("Constants of " + pkg)
	}
	if declares(p.Vars, name) {
		return slug("Errors of " + pkg)
	}
	for _, t := range p.Types {
		if declares(t.Consts, name) || declares(t.Vars, name) {
			return slug(pkg + "." + t.Name)
		}
	}
	owner, member, isMember := strings.Cut(name, ".")
	if isMember && !m.hasMethod(pkg, owner, member) {
		return slug(pkg + "." + owner) // a field
	}
	return slug(pkg + "." + name)
}

func declares(groups []*doc.Value, name string) bool {
	return slices.ContainsFunc(groups, func(v *doc.Value) bool { return slices.Contains(v.Names, name) })
}

// hasMethod tells whether a method has a heading of its own. Those behind an alias stand in a table.
func (m *module) hasMethod(pkg, typ, method string) bool {
	t := lookup(m.byName[pkg], typ)
	return t != nil && slices.ContainsFunc(t.Methods, func(f *doc.Func) bool { return f.Name == method })
}
