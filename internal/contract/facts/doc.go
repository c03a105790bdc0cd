// Package facts compares two OpenAPI documents of the same service by what they say rather than how: each is flattened to sorted
// one-line facts ([Flatten]), the difference of the two sets is taken ([Compare]), and every line of it is looked up in a list that
// people have reviewed ([Review]). Titles, descriptions, examples, tags and operation ids are no facts: nothing on the wire depends on them.
package facts
