//! What each endpoint asks of its body: one file per endpoint family, pure checks of JSON.

pub(crate) mod activities;
pub(crate) mod fields;
pub(crate) mod invites;
mod problem;
pub(crate) mod recent_player_groups;
mod timestamp;

pub(crate) use problem::Problem;

/// Nothing to say, or what is wrong and where.
pub(crate) type Checked = Result<(), Problem>;

/// What a check says of a body, in the words of its debug message.
#[cfg(test)]
fn verdict(check: fn(&serde_json::Value) -> Checked, body: serde_json::Value) -> String {
    match check(&body) {
        Ok(()) => "accepted".to_owned(),
        Err(problem) => problem.to_string(),
    }
}
