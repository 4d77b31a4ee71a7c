//! What each endpoint asks of its body: one file per endpoint family, pure checks of JSON.

pub(crate) mod activities;
pub(crate) mod invites;
pub(crate) mod recent_players;

/// What a check says of a body, in the words of its debug message.
#[cfg(test)]
fn verdict(check: fn(&serde_json::Value) -> crate::fields::Checked, body: serde_json::Value) -> String {
    match check(&body) {
        Ok(()) => "accepted".to_owned(),
        Err(problem) => problem.to_string(),
    }
}
