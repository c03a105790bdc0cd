//go:build linux

package main

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// Sizes in pixels, and how long the end stands before it begins again.
const (
	charWidth  = 8.4
	lineHeight = 20
	margin     = 16
	pause      = 5 * time.Second
)

// stay is a text that stands in a line for some time.
type stay struct {
	line     int
	text     string
	from, to float64 // seconds
	last     bool    // to the end
}

// stays are the texts of all frames.
func stays(frames []frame, end float64) (list []stay) {
	open := map[int]stay{}
	for _, f := range frames {
		at := math.Round(f.at.Seconds()*10) / 10
		for i, text := range f.lines {
			text = strings.TrimRight(text, " ")
			now, ok := open[i]
			if ok && now.text == text {
				continue
			}
			if now.to = at; ok && now.text != "" && now.to > now.from {
				list = append(list, now)
			}
			open[i] = stay{line: i, text: text, from: at}
		}
	}
	for i := range len(open) {
		if now := open[i]; now.text != "" {
			now.to, now.last = end, true
			list = append(list, now)
		}
	}
	return list
}

const style = `
.paper { fill: #f6f8fa; stroke: #d1d9e0 }
text { fill: #1f2328; font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; visibility: hidden }
.typed { font-weight: bold }
.end { visibility: visible }
@media (prefers-color-scheme: dark) {
.paper { fill: #161b22; stroke: #3d444d }
text { fill: #e6edf3 }
}
@media (prefers-reduced-motion: reduce) { text { animation: none !important } }
`

// draw makes an SVG that plays the frames again and again, and shows the end to those who want no motion.
func draw(frames []frame) []byte {
	end := math.Round((frames[len(frames)-1].at+pause).Seconds()*10) / 10
	texts := stays(frames, end)
	most := 0
	for _, s := range texts {
		most = max(most, s.line+1)
	}
	width, height := columns*charWidth+2*margin, most*lineHeight+2*margin
	var rules, body strings.Builder
	for i, s := range texts {
		hide := ""
		if !s.last {
			hide = fmt.Sprintf(" %.2f%% { visibility: hidden }", 100*s.to/end)
		}
		fmt.Fprintf(&rules, "@keyframes t%d { 0%% { visibility: hidden } %.2f%% { visibility: visible }%s }\n", i, 100*s.from/end, hide)
		class := ""
		if s.last {
			class += " end"
		}
		if strings.HasPrefix(s.text, "$ ") {
			class += " typed"
		}
		fmt.Fprintf(&body, `<text class="%s" x="%d" y="%d" textLength="%.1f" style="animation: t%d %.1fs step-end infinite">`,
			strings.TrimSpace(class), margin, margin+lineHeight*s.line+15, charWidth*float64(utf8.RuneCountInString(s.text)), i, end)
		_ = xml.EscapeText(&body, []byte(s.text))
		body.WriteString("</text>\n")
	}
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 %.0f %d" width="%.0f" height="%d" role="img" aria-label="%s">
<style>%s%s</style>
<rect class="paper" x="0.5" y="0.5" width="%.0f" height="%d" rx="8"/>
%s</svg>
`, width, height, width, height, "A run of cas extract is killed; the same command goes on, and the table has all rows", style, rules.String(), width-1, height-1, body.String())
}
