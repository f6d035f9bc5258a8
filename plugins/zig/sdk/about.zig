const Power = @import("types.zig").Power;

/// What a plugin is and the most that it may ask for.
pub const About = struct {
    /// Kebab-case.
    name: []const u8,
    /// Semantic version.
    version: []const u8,
    /// One line.
    summary: []const u8,
    /// Powers without which the plugin refuses to work.
    needs: []const Power = &.{},
    /// Powers that it can do without: `run.grants` says which it got.
    wants: []const Power = &.{},
    /// Of what `save` writes: raised when an older save no longer fits.
    state_version: u32 = 1,
};
