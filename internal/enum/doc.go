// Package enum names the constants of integer types.
package enum
