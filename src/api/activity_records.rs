//! Activities as the service lists them: read leniently, field by field, of JSON that is whole.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Platform;
use super::activity::JoinRestriction;
use crate::sync::Mutex;

/// The most records of a call: a bound on what a service can make the library keep.
pub const MAX_RECORDS: usize = 100_000;

const NOT_JSON: &str = "Its body is not the JSON that lists activities.";
const TOO_MANY: &str = "It lists more activities than a call takes.";

/// An activity, of any title. What the service left out is 0 or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityRecord {
    pub xuid: u64,
    pub title_id: u32,
    pub sequence_number: u64,
    /// `None`: left out, or a value that is not known.
    pub join_restriction: Option<JoinRestriction>,
    pub platform: RecordPlatform,
    pub max_players: u32,
    pub current_players: u32,
    pub connection_string: Box<str>,
    pub group_id: Box<str>,
}

/// The platform of an activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordPlatform {
    #[default]
    Any,
    One(Platform),
    /// A name that is not known.
    Unknown,
}

/// What the requests of a call have found so far.
#[derive(Debug, Default)]
pub struct Found(Mutex<Vec<ActivityRecord>>);

impl Found {
    pub fn add(&self, mut records: Vec<ActivityRecord>) -> Result<(), &'static str> {
        let mut found = self.0.lock();
        if found.len() + records.len() > MAX_RECORDS {
            return Err(TOO_MANY);
        }
        if found.is_empty() {
            *found = records;
        } else {
            found.append(&mut records);
        }
        Ok(())
    }

    /// No larger than needed, since they may be kept for long.
    pub fn take(&self) -> Vec<ActivityRecord> {
        let mut found = std::mem::take(&mut *self.0.lock());
        found.shrink_to_fit();
        found
    }
}

/// Reads `{"userActivities":[{"userId":"...","activities":[...]}]}`.
pub fn read_query(body: &[u8]) -> Result<Vec<ActivityRecord>, &'static str> {
    let body = read(body)?;
    body.user_activities.ok_or("Its body does not list activities: it has no \"userActivities\".")
}

/// Reads the activities of one user. The documentation does not show this response, so the forms that its siblings
/// suggest are all taken: `{"activities":[...]}`, that of a query, a list, or a single activity.
pub fn read_of_user(xuid: u64, body: &[u8]) -> Result<Vec<ActivityRecord>, &'static str> {
    let body = read(body)?;
    let (is_single, single) = body.single;
    let single = is_single.then(|| vec![single]);
    let mut records =
        body.activities.or(body.user_activities).or(single).ok_or("Its body does not list activities.")?;
    for record in &mut records {
        record.xuid = xuid;
    }
    Ok(records)
}

fn read(body: &[u8]) -> Result<Body, &'static str> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    // Checked once, instead of each text by itself.
    let body = std::str::from_utf8(body).map_err(|_| NOT_JSON)?;
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let room = Room(Cell::new(MAX_RECORDS));
    let read = BodySeed(&room).deserialize(&mut deserializer).and_then(|body| deserializer.end().map(|()| body));
    read.map_err(|_| if room.is_exceeded() { TOO_MANY } else { NOT_JSON })
}

/// How many more activities and users may be read: a few bytes of JSON become a whole record.
struct Room(Cell<usize>);

impl Room {
    const EXCEEDED: usize = usize::MAX;

    fn take<E: Error>(&self) -> Result<(), E> {
        match self.0.get() {
            0 | Self::EXCEEDED => {
                self.0.set(Self::EXCEEDED);
                Err(E::custom(TOO_MANY))
            }
            left => {
                self.0.set(left - 1);
                Ok(())
            }
        }
    }

    fn is_exceeded(&self) -> bool {
        self.0.get() == Self::EXCEEDED
    }
}

/// A body, in any of the forms.
#[derive(Default)]
struct Body {
    activities: Option<Vec<ActivityRecord>>,
    user_activities: Option<Vec<ActivityRecord>>,
    /// Whether it has members of an activity, and that activity.
    single: (bool, ActivityRecord),
}

struct BodySeed<'r>(&'r Room);

impl<'de> DeserializeSeed<'de> for BodySeed<'_> {
    type Value = Body;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Body, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for BodySeed<'_> {
    type Value = Body;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("activities")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
        let mut body = Body::default();
        while let Some(name) = map.next_key::<Scalar>()? {
            match name.text() {
                "activities" => {
                    let mut records = Vec::new();
                    map.next_value_seed(List(self.0, &mut records))?;
                    body.activities = Some(records);
                }
                "userActivities" => {
                    let mut users = Users::default();
                    map.next_value_seed(List(self.0, &mut users))?;
                    body.user_activities = Some(users.0);
                }
                name => body.single.0 |= body.single.1.take_member(name, &mut map)?,
            }
        }
        Ok(body)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Body, A::Error> {
        let mut records = Vec::new();
        List(self.0, &mut records).visit_seq(sequence)?;
        Ok(Body { activities: Some(records), ..Body::default() })
    }
}

/// What the objects of a list become; of members with the same name the last counts.
trait Elements<'de> {
    fn add<A: MapAccess<'de>>(&mut self, object: A, room: &Room) -> Result<(), A::Error>;
}

impl<'de> Elements<'de> for Vec<ActivityRecord> {
    fn add<A: MapAccess<'de>>(&mut self, mut activity: A, _: &Room) -> Result<(), A::Error> {
        let mut record = ActivityRecord::default();
        while let Some(name) = activity.next_key::<Scalar>()? {
            record.take_member(name.text(), &mut activity)?;
        }
        self.push(record);
        Ok(())
    }
}

/// The activities of all users of a query.
#[derive(Default)]
struct Users(Vec<ActivityRecord>);

impl<'de> Elements<'de> for Users {
    fn add<A: MapAccess<'de>>(&mut self, mut user: A, room: &Room) -> Result<(), A::Error> {
        let Self(records) = self;
        let (mut xuid, first) = (0, records.len());
        while let Some(name) = user.next_key::<Scalar>()? {
            match name.text() {
                "userId" => xuid = user.next_value::<Scalar>()?.number(),
                "activities" => {
                    records.truncate(first);
                    user.next_value_seed(List(room, records))?;
                }
                _ => _ = user.next_value::<IgnoredAny>()?,
            }
        }
        if xuid == 0 && records.len() > first {
            return Err(A::Error::custom("activities of a user without a userId"));
        }
        for record in &mut records[first..] {
            record.xuid = xuid;
        }
        Ok(())
    }
}

impl ActivityRecord {
    /// Takes a member, or passes over it. Whether it is one of those that are known.
    fn take_member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<bool, A::Error> {
        let small = |value: Scalar| u32::try_from(value.number()).unwrap_or(0);
        match name {
            "titleId" => self.title_id = small(map.next_value()?),
            "sequenceNumber" => self.sequence_number = map.next_value::<Scalar>()?.number(),
            "joinRestriction" => self.join_restriction = join_restriction(map.next_value::<Scalar>()?.text()),
            "platform" => self.platform = platform(map.next_value::<Scalar>()?.text()),
            "maxPlayers" => self.max_players = small(map.next_value()?),
            "currentPlayers" => self.current_players = small(map.next_value()?),
            "connectionString" => self.connection_string = map.next_value::<Scalar>()?.text().into(),
            "groupId" => self.group_id = map.next_value::<Scalar>()?.text().into(),
            _ => {
                map.next_value::<IgnoredAny>()?;
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn join_restriction(name: &str) -> Option<JoinRestriction> {
    let found = JoinRestriction::ALL.iter().find(|(_, spelled)| spelled.eq_ignore_ascii_case(name));
    found.map(|(restriction, _)| *restriction)
}

fn platform(name: &str) -> RecordPlatform {
    let found = Platform::ALL.iter().find(|(_, spelled)| spelled.eq_ignore_ascii_case(name));
    match found {
        Some((platform, _)) => RecordPlatform::One(*platform),
        None if name.is_empty() || name.eq_ignore_ascii_case("All") => RecordPlatform::Any,
        None => RecordPlatform::Unknown,
    }
}

/// Adds an object, and passes over anything else.
struct Object<'a, T>(&'a Room, &'a mut T);

/// Adds the objects of a list, without what is none; none where there is something else.
struct List<'a, T>(&'a Room, &'a mut T);

/// A value that is neither an object nor a list.
#[derive(Debug, PartialEq)]
enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(u64),
    /// `null`, a negative number, or something else.
    Nothing,
}

impl Scalar<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Number(_) | Self::Nothing => "",
        }
    }

    /// A number, or a string that holds one.
    fn number(&self) -> u64 {
        match self {
            Self::Text(text) => text.trim().parse().unwrap_or(0),
            Self::Number(number) => *number,
            Self::Nothing => 0,
        }
    }
}

/// What a visitor makes of the kinds of values that it does not want.
macro_rules! nothing {
    ($value:ty, $nothing:expr, $($method:ident($type:ty)),*) => {
        type Value = $value;
        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            formatter.write_str("a value")
        }
        fn visit_unit<E>(self) -> Result<$value, E> {
            Ok($nothing)
        }
        $(fn $method<E>(self, _: $type) -> Result<$value, E> {
            Ok($nothing)
        })*
    };
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;
        impl<'de> Visitor<'de> for ScalarVisitor {
            nothing!(Scalar<'de>, Scalar::Nothing, visit_bool(bool), visit_i64(i64));

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Number(number))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Scalar<'de>, E> {
                // 8.0 is 8; a cast is 0 for what is negative, and the largest number for what is too large.
                Ok(Scalar::Number(number as u64))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Scalar<'de>, A::Error> {
                IgnoredAny.visit_map(map)?;
                Ok(Scalar::Nothing)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Scalar<'de>, A::Error> {
                IgnoredAny.visit_seq(sequence)?;
                Ok(Scalar::Nothing)
            }
        }
        deserializer.deserialize_any(ScalarVisitor)
    }
}

impl<'de, T: Elements<'de>> DeserializeSeed<'de> for Object<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Elements<'de>> Visitor<'de> for Object<'_, T> {
    nothing!((), (), visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.take()?;
        self.1.add(map, self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<(), A::Error> {
        IgnoredAny.visit_seq(sequence)?;
        Ok(())
    }
}

impl<'de, T: Elements<'de>> DeserializeSeed<'de> for List<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Elements<'de>> Visitor<'de> for List<'_, T> {
    nothing!((), (), visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while sequence.next_element_seed(Object(self.0, &mut *self.1))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        IgnoredAny.visit_map(map)?;
        Ok(())
    }
}

#[cfg(test)]
#[path = "activity_records_tests.rs"]
mod tests;
