package study

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// A setting is what studies vary. Penalties are 0 for optimizers without one; the scale is 0 for
// losses without a cost.
type setting struct {
	loss, optimizer string
	l1, l2, scale   float64
}

// config returns a configuration with only the setting.
func (s setting) config() recipe.Config {
	return recipe.Config{Loss: s.loss, Optimizer: s.optimizer, L1: s.l1}
}

func (s setting) uses(option string) bool {
	c := s.config()
	return c.Uses(option)
}

// settle names the loss and the optimizer and clears what they do not use. Settings that are equal
// afterwards train the same model.
func (s *setting) settle() {
	c := s.config()
	s.loss, s.optimizer = c.Names()
	if !s.uses("l2") {
		s.l1, s.l2 = 0, 0
	}
	if !s.uses("cost-scale") {
		s.scale = 0
	}
}

// stronger orders settings by decreasing penalty.
func stronger(a, b setting) int {
	return cmp.Or(cmp.Compare(b.l1, a.l1), cmp.Compare(b.l2, a.l2))
}

func (s setting) String() string {
	text := s.loss + " by " + s.optimizer
	if s.uses("l2") {
		text += fmt.Sprintf(", l2 %g, l1 %g", s.l2, s.l1)
	}
	if s.uses("cost-scale") {
		text += fmt.Sprintf(", cost scale %g", s.scale)
	}
	return text
}

// options returns the numbers that the setting uses; others are nil.
func (s setting) options() (l2, l1, scale *float64) {
	if s.uses("l2") {
		l2, l1 = &s.l2, &s.l1
	}
	if s.uses("cost-scale") {
		scale = &s.scale
	}
	return l2, l1, scale
}

// settingOf returns the setting of a completed configuration.
func settingOf(c *recipe.Config) setting {
	s := setting{loss: c.Loss, optimizer: c.Optimizer, l1: c.L1, scale: 1}
	if c.L2 != nil {
		s.l2 = *c.L2
	}
	if c.CostScale != nil {
		s.scale = *c.CostScale
	}
	s.settle()
	return s
}

// An attempt is a setting with its training configuration.
type attempt struct {
	setting
	config    recipe.Config
	isDefault bool  // the default of training
	err       error // why the configuration is invalid
}

func (a *attempt) String() string {
	if a.isDefault {
		return "default: " + a.setting.String()
	}
	return a.setting.String()
}

// varied lists the options that a study sets itself.
var varied = []string{"loss", "optimizer", "l1", "l2", "cost-scale"}

// chainOnly lists training options that studies do not support.
var chainOnly = []string{"model-type", "order", "max-length", "keep", "label-parts", "supervision", "document", "init", "checkpoint", "checkpoint-every", "resume", "search", "shrink"}

// chainOf returns a configuration with the kind of model that most studies train.
func chainOf(base recipe.Config) recipe.Config {
	base.ModelType = model.Chain
	return base
}

// checkBase rejects options that the base must leave unset.
func checkBase(base *recipe.Config, refused ...string) error {
	for _, option := range varied {
		if base.IsSet(option) {
			return model.Refuse(option, "{%s}: the study varies it", option)
		}
	}
	for _, option := range slices.Concat(chainOnly, refused) {
		if base.IsSet(option) {
			return model.Refuse(option, "{%s}: not for studies", option)
		}
	}
	return nil
}

// attempts returns a configuration for each setting. It returns an error if no setting uses an
// option of the base, or if all settings are invalid.
func attempts(base *recipe.Config, settings []setting) ([]*attempt, error) {
	for _, option := range base.Set() {
		if !slices.ContainsFunc(settings, func(s setting) bool { return s.uses(option) }) {
			return nil, model.Refuse(option, "{%s}: not used by any setting; the first setting is %s", option, settings[0])
		}
	}
	var list []*attempt
	failed := 0
	for _, s := range settings {
		a := &attempt{setting: s, config: *base}
		c := &a.config
		c.Loss, c.Optimizer = s.loss, s.optimizer
		if s.uses("l2") {
			c.L2, c.L1 = new(s.l2), s.l1
		}
		if s.uses("cost-scale") && s.scale != 1 {
			c.CostScale = new(s.scale)
		}
		a.finish()
		if a.err != nil {
			failed++
		}
		list = append(list, a)
	}
	if failed == len(list) {
		return nil, list[0].err
	}
	return list, nil
}

// finish removes unused options from the configuration and validates it.
func (a *attempt) finish() {
	for _, option := range a.config.Set() {
		if !a.config.Uses(option) {
			a.config.Leave(option)
		}
	}
	a.err = a.config.Validate()
}

// checkNames rejects unknown losses and optimizers.
func checkNames(lossNames, optimizers []string) error {
	for _, name := range lossNames {
		if !slices.Contains(losses.Names(), name) {
			return model.Refuse("loss", "{loss} %s: want some of %s", name, strings.Join(losses.Names(), ", "))
		}
	}
	for _, name := range optimizers {
		if known := recipe.Choices("optimizer"); !slices.Contains(known, name) {
			return model.Refuse("optimizer", "{optimizer} %s: want some of %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}
