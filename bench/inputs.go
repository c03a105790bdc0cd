package main

import "math"

// ring is a closed ring with so many vertices and six decimals, somewhere else for every seed. client.py makes the same.
func ring(vertices, seed int) [][2]float64 {
	lon, lat := -120+float64(seed%97)*0.61803, 30+float64(seed%31)*0.41421
	r := make([][2]float64, vertices)
	for i := range vertices - 1 {
		angle := 2 * math.Pi * float64(i) / float64(vertices-1)
		r[i] = [2]float64{round6(lon + 0.05*math.Cos(angle)), round6(lat + 0.05*math.Sin(angle))}
	}
	r[vertices-1] = r[0]
	return r
}

func round6(f float64) float64 { return math.Round(f*1e6) / 1e6 }

// rings are the polygons of a batch.
func rings() [][][2]float64 {
	const count, vertices = 1000, 10
	list := make([][][2]float64, count)
	for i := range list {
		list[i] = ring(vertices, i)
	}
	return list
}

const (
	few  = 10     // vertices of a small polygon
	many = 10_000 // vertices of a large one, the most that the service takes
)
