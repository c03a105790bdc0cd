package local

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// ownApp is the factory of the plain service, in every published version.
const ownApp = "cas.api.app:create_app"

// application is what the launcher imports.
type application struct {
	factory   string // "module:function"
	directory string // put first among the folders Python imports from; "" is none
}

var pythonName = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)

// findApp reads Config.App.
func findApp(app string) (application, error) {
	if app == "" {
		return application{factory: ownApp}, nil
	}
	colon := strings.LastIndex(app, ":") // a Windows path has one of its own
	if colon <= 0 || !pythonName.MatchString(app[colon+1:]) {
		return application{}, fmt.Errorf(`local: Config.App is %q; it must be "module:factory" or "path/to/file.py:factory"`, app)
	}
	module, factory := app[:colon], app[colon+1:]
	if !strings.HasSuffix(module, ".py") {
		return application{factory: app}, nil
	}

	file, err := filepath.Abs(module)
	if err == nil {
		_, err = os.Stat(file)
	}
	if err != nil {
		return application{}, fmt.Errorf("local: Config.App: %w", err)
	}
	name := strings.TrimSuffix(filepath.Base(file), ".py")
	if !pythonName.MatchString(name) {
		return application{}, fmt.Errorf("local: Config.App: Python cannot import a file named %q; letters, digits and _ only", filepath.Base(file))
	}
	return application{factory: name + ":" + factory, directory: filepath.Dir(file)}, nil
}
