//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Size of the terminal.
const (
	columns = 92
	rows    = 24
)

// A frame is what the terminal shows from a moment on.
type frame struct {
	at    time.Duration
	lines []string
}

// shell is a real one, on a terminal that is recorded.
type shell struct {
	terminal *os.File
	process  *exec.Cmd
	started  time.Time
	reading  sync.WaitGroup

	mu     sync.Mutex
	screen screen
	frames []frame
}

// openShell starts bash in a folder.
func openShell(ctx context.Context, folder string, env ...string) (*shell, error) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	fd := int(terminal.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns})
	}
	if err != nil {
		return nil, fmt.Errorf("preparing a terminal: %w", err)
	}
	inside, err := os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	defer inside.Close()
	c := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "--noediting", "-i")
	c.Dir, c.Stdin, c.Stdout, c.Stderr = folder, inside, inside, inside
	c.Env = append(os.Environ(), append(env, "PS1=$ ", "TERM=xterm", "HISTFILE=", "LC_ALL=C.UTF-8", "HOME="+folder)...)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		return nil, err
	}
	s := &shell{terminal: terminal, process: c, started: time.Now()}
	s.reading.Go(s.read)
	return s, s.wait(`^\$ $`)
}

// read takes in what is shown until the terminal is closed.
func (s *shell) read() {
	buffer := make([]byte, 4096)
	for {
		n, err := s.terminal.Read(buffer)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.screen.write(buffer[:n])
		s.frames = append(s.frames, frame{time.Since(s.started), slices.Clone(s.screen.lines)})
		s.mu.Unlock()
	}
}

func (s *shell) close() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	_ = s.terminal.Close()
	s.reading.Wait()
}

// enter types a line, word by word.
func (s *shell) enter(line string) error {
	const aWord = 120 * time.Millisecond
	time.Sleep(5 * aWord)
	for _, word := range strings.SplitAfter(line, " ") {
		time.Sleep(aWord)
		if _, err := s.terminal.WriteString(word); err != nil {
			return err
		}
	}
	time.Sleep(2 * aWord)
	_, err := s.terminal.WriteString("\n")
	return err
}

// wait waits until the screen shows something.
func (s *shell) wait(pattern string) error {
	const patience = 2 * time.Minute
	seen := regexp.MustCompile(pattern)
	for from := time.Now(); time.Since(from) < patience; time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		text := strings.Join(s.screen.lines, "\n")
		s.mu.Unlock()
		if seen.MatchString(text) {
			return nil
		}
	}
	return fmt.Errorf("the terminal does not show %s:\n%s", pattern, strings.Join(s.screen.lines, "\n"))
}

// kill takes away the program that runs in the shell.
func (s *shell) kill() error {
	bash := strconv.Itoa(s.process.Process.Pid)
	text, err := os.ReadFile("/proc/" + bash + "/task/" + bash + "/children")
	if err != nil {
		return err
	}
	children := strings.Fields(string(text))
	if len(children) != 1 {
		return fmt.Errorf("%d programs run in the shell", len(children))
	}
	child, err := strconv.Atoi(children[0])
	if err != nil {
		return err
	}
	return syscall.Kill(child, syscall.SIGKILL)
}

// recorded are the frames, from the first command on.
func (s *shell) recorded() []frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frames
}
