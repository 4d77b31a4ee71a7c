//! The activities of users, one for each user and title, in the order of their sequence numbers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// So many are kept, deleted ones included. Beyond it the one that was written longest ago is dropped.
const MAX_ACTIVITIES: usize = 20_000;

/// An activity: what a request set, and its place among the user's requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Activity {
    pub sequence_number: u64,
    /// The fields of the request but for the sequence number, as they were sent.
    pub fields: Map<String, Value>,
}

/// Whose it is, in which title: ordered by user.
type Key = (u64, u32);

struct Entry {
    sequence_number: u64,
    /// `None`: it was deleted.
    fields: Option<Map<String, Value>>,
    written: u64,
}

pub(crate) struct Activities {
    most: usize,
    entries: BTreeMap<Key, Entry>,
    /// By when they were written.
    order: BTreeMap<u64, Key>,
    writes: u64,
}

impl Default for Activities {
    fn default() -> Self {
        Self::with_room_for(MAX_ACTIVITIES)
    }
}

impl Activities {
    fn with_room_for(most: usize) -> Self {
        Self { most, entries: BTreeMap::new(), order: BTreeMap::new(), writes: 0 }
    }

    /// Sets a user's activity, unless a request with a greater sequence number came before.
    pub fn set(&mut self, title_id: u32, user: u64, activity: Activity) {
        self.write(title_id, user, activity.sequence_number, Some(activity.fields));
    }

    /// Deletes it, with the same exception. The sequence number is kept, so that an older request that arrives late
    /// does not set it again.
    pub fn delete(&mut self, title_id: u32, user: u64, sequence_number: u64) {
        self.write(title_id, user, sequence_number, None);
    }

    fn write(&mut self, title_id: u32, user: u64, sequence_number: u64, fields: Option<Map<String, Value>>) {
        let key = (user, title_id);
        if self.entries.get(&key).is_some_and(|entry| entry.sequence_number > sequence_number) {
            return;
        }
        self.writes += 1;
        if let Some(replaced) = self.entries.insert(key, Entry { sequence_number, fields, written: self.writes }) {
            self.order.remove(&replaced.written);
        }
        self.order.insert(self.writes, key);
        if self.entries.len() > self.most
            && let Some((_, stalest)) = self.order.pop_first()
        {
            self.entries.remove(&stalest);
        }
    }

    /// A user's activities in all titles, in the form in which the service lists them.
    pub fn of_user(&self, user: u64, viewer: Viewer) -> Vec<Value> {
        let of_user = self.entries.range((user, 0)..=(user, u32::MAX));
        of_user.filter_map(|((_, title_id), entry)| show(*title_id, entry, viewer)).collect()
    }

    /// A user's activity in one title.
    pub fn of_title(&self, title_id: u32, user: u64) -> Option<Value> {
        show(title_id, self.entries.get(&(user, title_id))?, Viewer::Anyone)
    }

    pub fn forget(&mut self, title_id: u32) {
        self.entries.retain(|(_, title), _| *title != title_id);
        self.order.retain(|_, (_, title)| *title != title_id);
    }
}

/// Who asks for activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// A caller to whom nothing is hidden.
    Anyone,
    /// Another user.
    OtherUser,
}

/// The activity, if there is one. Its title is a number and its sequence number a string, as documented.
fn show(title_id: u32, entry: &Entry, viewer: Viewer) -> Option<Value> {
    let mut shown = entry.fields.clone()?;
    if viewer == Viewer::OtherUser && !is_joinable(&shown) {
        shown.remove("connectionString");
    }
    shown.insert("titleId".to_owned(), title_id.into());
    shown.insert("sequenceNumber".to_owned(), json!(entry.sequence_number.to_string()));
    Some(Value::Object(shown))
}

/// Whether another user is shown how to join. Who follows whom is not known here, so `Followed` counts as joinable.
fn is_joinable(fields: &Map<String, Value>) -> bool {
    let number = |name| fields.get(name).and_then(Value::as_u64);
    let is_full = number("maxPlayers").is_some_and(|most| number("currentPlayers").is_some_and(|now| now >= most));
    let is_invite_only = fields.get("joinRestriction").and_then(Value::as_str) == Some("InviteOnly");
    !is_full && !is_invite_only
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activity(sequence_number: u64, fields: Value) -> Activity {
        Activity { sequence_number, fields: fields.as_object().unwrap().clone() }
    }

    fn named(sequence_number: u64, connection_string: &str) -> Activity {
        activity(sequence_number, json!({"connectionString": connection_string}))
    }

    /// Sequence number and connection string of user 9 in title 7.
    fn shown(activities: &Activities) -> Option<(String, String)> {
        let shown = activities.of_title(7, 9)?;
        let text = |name: &str| shown[name].as_str().unwrap().to_owned();
        Some((text("sequenceNumber"), text("connectionString")))
    }

    fn pair(sequence_number: &str, connection_string: &str) -> Option<(String, String)> {
        Some((sequence_number.to_owned(), connection_string.to_owned()))
    }

    #[test]
    fn an_older_request_changes_nothing() {
        let mut activities = Activities::default();
        assert_eq!(shown(&activities), None);
        activities.set(7, 9, named(5, "a"));
        activities.set(7, 9, named(4, "b"));
        assert_eq!(shown(&activities), pair("5", "a"));
        activities.set(7, 9, named(5, "c"));
        assert_eq!(shown(&activities), pair("5", "c"), "the same number");
        activities.delete(7, 9, 4);
        assert_eq!(shown(&activities), pair("5", "c"));
        activities.delete(7, 9, 8);
        assert_eq!(shown(&activities), None);
        activities.set(7, 9, named(7, "d"));
        assert_eq!(shown(&activities), None, "older than what deleted it");
        activities.set(7, 9, named(u64::MAX, "e"));
        assert_eq!(shown(&activities), pair("18446744073709551615", "e"));
        activities.delete(7, 9, u64::MAX);
        assert_eq!(shown(&activities), None);
    }

    #[test]
    fn the_activities_of_a_user_are_those_of_all_titles() {
        let mut activities = Activities::default();
        activities.set(u32::MAX, 9, named(1, "b"));
        activities.set(7, 9, activity(2, json!({"joinRestriction": "Public", "maxPlayers": 3})));
        activities.set(7, 10, named(1, "c"));
        activities.set(8, 8, named(1, "d"));
        activities.set(1, 9, named(1, "gone"));
        activities.delete(1, 9, 2);
        let expected = [
            json!({"titleId": 7, "sequenceNumber": "2", "joinRestriction": "Public", "maxPlayers": 3}),
            json!({"titleId": u32::MAX, "sequenceNumber": "1", "connectionString": "b"}),
        ];
        assert_eq!(activities.of_user(9, Viewer::Anyone), expected);
        assert!(activities.of_user(11, Viewer::Anyone).is_empty());
    }

    #[test]
    fn how_to_join_is_hidden_where_nobody_else_can() {
        let is_hidden = |fields: Value, viewer| {
            let mut activities = Activities::default();
            let mut fields = fields;
            fields["connectionString"] = json!("c");
            activities.set(7, 9, activity(1, fields));
            activities.of_user(9, viewer)[0].get("connectionString").is_none()
        };
        for (fields, hidden) in [
            (json!({"joinRestriction": "Public"}), false),
            (json!({"joinRestriction": "Followed"}), false),
            (json!({"joinRestriction": "InviteOnly"}), true),
            (json!({"joinRestriction": "Public", "maxPlayers": 4, "currentPlayers": 3}), false),
            (json!({"joinRestriction": "Public", "maxPlayers": 4, "currentPlayers": 4}), true),
            (json!({"joinRestriction": "Public", "currentPlayers": 4}), false),
            (json!({"joinRestriction": "Public", "maxPlayers": 4}), false),
        ] {
            assert_eq!(is_hidden(fields.clone(), Viewer::OtherUser), hidden, "{fields}");
            assert!(!is_hidden(fields, Viewer::Anyone));
        }
    }

    #[test]
    fn the_one_that_was_written_longest_ago_is_dropped() {
        let mut activities = Activities::with_room_for(2);
        for (user, number) in [(1, 1), (2, 1), (1, 2)] {
            activities.set(7, user, named(number, "a"));
        }
        activities.set(7, 1, named(1, "older, so not written"));
        activities.set(7, 3, named(1, "a"));
        let users = [1, 2, 3].map(|user| activities.of_title(7, user).is_some());
        assert_eq!(users, [true, false, true]);
        assert_eq!((activities.entries.len(), activities.order.len()), (2, 2));
    }

    #[test]
    fn a_title_is_forgotten_with_its_sequence_numbers() {
        let mut activities = Activities::default();
        activities.set(7, 9, named(5, "a"));
        activities.set(8, 9, named(5, "b"));
        activities.forget(7);
        assert_eq!((shown(&activities), activities.of_user(9, Viewer::Anyone).len()), (None, 1));
        assert_eq!(activities.order.len(), 1);
        activities.set(7, 9, named(1, "c"));
        assert_eq!(shown(&activities), pair("1", "c"));
    }
}
