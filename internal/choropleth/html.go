package choropleth

import (
	"fmt"
	"html"
	"io"
)

// page is one self-contained file: the SVG, and a caption that follows the mouse, made from the picture's own titles.
const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>%s</title>
<style>
body { margin: 0; font-family: system-ui, Helvetica, Arial, sans-serif; background: white }
svg { max-width: 100%%; height: auto; display: block; margin: auto }
svg g g:hover { stroke: black; stroke-width: 1.5 }
#value { position: fixed; display: none; padding: 4px 8px; background: #222; color: white; border-radius: 4px; font-size: 13px; pointer-events: none }
</style>
`

const script = `<div id="value"></div>
<script>
const box = document.getElementById("value");
for (const g of document.querySelectorAll("svg g g")) {
  const title = g.querySelector("title"), text = title.textContent;
  title.remove();
  g.setAttribute("aria-label", text);
  g.addEventListener("mousemove", e => {
    box.textContent = text;
    box.style.cssText = "display:block;left:" + (e.clientX + 12) + "px;top:" + (e.clientY + 12) + "px";
  });
  g.addEventListener("mouseleave", () => { box.style.display = "none"; });
}
</script>
</html>
`

// HTML writes the map as one self-contained page with the values shown where the mouse is.
func (m Map) HTML(w io.Writer) error {
	if _, err := fmt.Fprintf(w, page, html.EscapeString(m.Title)); err != nil {
		return err
	}
	if err := m.SVG(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, script)
	return err
}
