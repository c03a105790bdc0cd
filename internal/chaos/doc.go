// Command chaos runs `cas extract` against the real service behind a proxy of its own, and lets a random script do to both what happens in
// a night: the service is restarted, its answers are cut, late, 500, 502, 503 or 429, or do not come; cas is killed, told to end, or has no
// room on the disk. However it goes, the table has to be that of an undisturbed run, byte for byte, but for features that the script made
// fail for good; and what was answered is not asked for again, but for what was in flight when cas was killed.
//
//	go run ./internal/chaos -python .venv/service-0.4.0/bin/python -scripts 50 -seed 1
//
// A script follows from its seed; when its events fall depends on the machine.
package main
