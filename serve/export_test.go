package serve

// Routes returns the number of routes by name.
func Routes(s *Server) int {
	names := make(map[string]bool)
	for _, r := range s.routes {
		names[r.name] = true
	}
	return len(names)
}
