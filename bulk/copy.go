package bulk

// null is the NULL of COPY.
const null = `\N`

// appendPlain appends a column without the escapes of COPY of PostgreSQL in its text format. They
// include the escapes of ClickHouse in TabSeparated.
func appendPlain(dst, column []byte) []byte {
	for k := 0; k < len(column); k++ {
		c := column[k]
		if c != '\\' || k+1 == len(column) {
			dst = append(dst, c)
			continue
		}
		k++
		switch c := column[k]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'v':
			dst = append(dst, '\v')
		case '0', '1', '2', '3', '4', '5', '6', '7':
			value, n := number(column[k:], 8, 3)
			dst = append(dst, value)
			k += n - 1
		case 'x':
			if value, n := number(column[k+1:], 16, 2); n > 0 {
				dst = append(dst, value)
				k += n
				continue
			}
			fallthrough
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// number reads up to most digits, and returns the low byte of the number and how many they are.
func number(digits []byte, base, most int) (value byte, n int) {
	for n < min(most, len(digits)) {
		d := int(digits[n] - '0')
		if c := digits[n] | 0x20; c >= 'a' && c <= 'f' {
			d = int(c-'a') + 10
		} else if digits[n] < '0' || digits[n] > '9' {
			break
		}
		if d >= base {
			break
		}
		value = value*byte(base) + byte(d)
		n++
	}
	return value, n
}

// appendEscaped appends JSON as a column of COPY. JSON has no tabs and no line ends, so only
// backslashes need an escape.
func appendEscaped(dst, object []byte) []byte {
	for _, c := range object {
		if c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return dst
}
