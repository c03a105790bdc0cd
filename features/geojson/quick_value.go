package geojson

// quickValue takes a value of any kind.
func (p *parser) quickValue(text []byte, pos, depth int) (end int) {
	switch text[pos] {
	case '"':
		return quickString(text, pos)
	case '{':
		return p.quickObject(text, pos, depth, false)
	case '[':
		return p.quickArray(text, pos, depth)
	case 't':
		return quickLiteral(text, pos, "true")
	case 'f':
		return quickLiteral(text, pos, "false")
	case 'n':
		return quickLiteral(text, pos, "null")
	}
	return quickNumber(text, pos)
}

// quickObject takes an object; that of the properties gets its members remembered.
func (p *parser) quickObject(text []byte, pos, depth int, properties bool) (end int) {
	if depth++; depth > quickDepth {
		return len(text)
	}
	outer := len(p.seen)
	pos = beyondBlanks(text, pos+1)
	if pos < len(text) && text[pos] == '}' {
		return pos + 1
	}
	for more := true; more; {
		name, at := p.quickName(text, pos)
		if at >= len(text) {
			return at
		}
		if pos = p.quickValue(text, at, depth); pos >= len(text) {
			return pos
		}
		if properties {
			p.quickProperty(text[name.from:name.to], span{at, pos})
		}
		pos, more = behindMember(text, pos)
	}
	if !distinct(text, p.seen[outer:]) {
		return len(text)
	}
	p.seen = p.seen[:outer]
	return pos
}

// quickName takes a name and its colon; at is where the value begins.
func (p *parser) quickName(text []byte, pos int) (name span, at int) {
	if len(p.seen) == quickNames {
		return span{}, len(text)
	}
	name, at = p.order.take(text, pos)
	p.seen = append(p.seen, name)
	return name, at
}

func (p *parser) quickArray(text []byte, pos, depth int) (end int) {
	if depth++; depth > quickDepth {
		return len(text)
	}
	pos = beyondBlanks(text, pos+1)
	if pos < len(text) && text[pos] == ']' {
		return pos + 1
	}
	for pos < len(text) {
		switch c := text[pos]; {
		case c == '[':
			var ahead bool
			if pos, ahead = p.shape.run(text, pos); ahead {
				pos = p.quickArray(text, pos, depth)
			}
		case c == '-' || c-'0' <= 9:
			pos = quickNumber(text, pos)
		default:
			pos = p.quickValue(text, pos, depth)
		}
		pos = beyondBlanks(text, pos)
		switch {
		case pos >= len(text):
		case text[pos] == ',':
			pos = beyondBlanks(text, pos+1)
		case text[pos] == ']':
			return pos + 1
		default:
			return len(text)
		}
	}
	return pos
}

// behindMember takes what may stand behind a value of an object: a comma, behind
// which there is more, or the end.
func behindMember(text []byte, pos int) (end int, more bool) {
	if pos = beyondBlanks(text, pos); pos < len(text) {
		switch text[pos] {
		case ',':
			return beyondBlanks(text, pos+1), true
		case '}':
			return pos + 1, false
		}
	}
	return len(text), true
}

func quickLiteral(text []byte, pos int, literal string) (end int) {
	if end = pos + len(literal); end > len(text) || string(text[pos:end]) != literal {
		return len(text)
	}
	return end
}
