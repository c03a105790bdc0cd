// Package features reads files of features. A [Feature] is a geometry with an id that is unique in its file, and properties. [Open]
// opens a file of any supported format; coordinates come out as longitude and latitude.
package features
