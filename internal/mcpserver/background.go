package mcpserver

import (
	"context"
	"errors"
	"time"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// start runs the job in the background; its input is closed at its end.
func (rs *runs) start(r *run, job *tabulate.Job) {
	soft, endSoft := context.WithCancel(context.Background())
	rs.Lock()
	r.soft, r.hard = endSoft, job.StopNow
	if rs.stopped {
		endSoft()
	}
	rs.wait.Add(1)
	rs.Unlock()
	go func() {
		defer rs.wait.Done()
		defer endSoft()
		summary, err := job.Run(soft)
		err = errors.Join(err, job.Input.Source.Close())
		r.mu.Lock()
		r.summary, r.err = summary, err
		r.mu.Unlock()
		close(r.done)
	}()
}

// stop ends all runs: gently, and after [gracePeriod] at once.
func (rs *runs) stop() {
	rs.each(func(r *run) { r.soft() })
	late := time.AfterFunc(gracePeriod, func() { rs.each(func(r *run) { r.hard() }) })
	defer late.Stop()
	rs.wait.Wait()
}

func (rs *runs) each(f func(*run)) {
	rs.Lock()
	defer rs.Unlock()
	rs.stopped = true
	for _, r := range rs.all {
		if r.soft != nil {
			f(r)
		}
	}
}

func (r *run) tell(p bulk.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress = p
}

func (r *run) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.notes) <= mostListed {
		r.notes = append(r.notes, text)
	}
}
