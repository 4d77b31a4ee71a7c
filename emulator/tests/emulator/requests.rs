//! Requests to send: right ones, and the means to make them wrong.

#[derive(Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        // The control interface answers for this machine only.
        let host = if path.starts_with("/emulator") { "localhost" } else { "multiplayeractivity.xboxlive.com" };
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { method, path, headers: Vec::new(), body: Vec::new() }.with("Host", host)
    }

    /// A call as the service wants it, with the token of a service or of a user.
    pub fn call(path: &str, authorization: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::new("POST", path) }
            .with("Authorization", authorization)
            .with("Content-Type", "application/json; charset=utf-8")
            .with("x-xbl-contract-version", "1")
    }

    pub fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// Another header, beside those of the same name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    pub fn replacing(self, name: &str, value: &str) -> Self {
        self.without(name).with(name, value)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        [text.as_bytes(), &self.body].concat()
    }
}

pub const OF_SERVICE: &str = "XBL3.0 x=-;token";
pub const OF_USER: &str = "XBL3.0 x=2553948354698;token";

/// A good request to each endpoint.
pub fn invite(title_id: u32) -> Request {
    let path = format!("/titles/{title_id}/invites");
    Request::call(&path, OF_USER, r#"{"invitedUsers":["2535465515082324"]}"#)
}

pub fn server_invite(title_id: u32) -> Request {
    let path = format!("/titles/{title_id}/invites/server");
    Request::call(&path, OF_SERVICE, r#"{"invitedUsers":["1"],"sender":"2814613765430389"}"#)
}

pub fn query_activities(title_id: u32) -> Request {
    let path = format!("/titles/{title_id}/activities/query");
    Request::call(&path, OF_SERVICE, r#"{"users":["2535465515082324","1"]}"#)
}

/// `method` on the activity of user 9.
pub fn activity(method: &str, title_id: u32, body: &str) -> Request {
    let path = format!("/titles/{title_id}/users/9/activities");
    Request { method: method.to_owned(), ..Request::call(&path, OF_SERVICE, body) }
}

pub fn set_activity(title_id: u32) -> Request {
    let body = r#"{"connectionString":"c","joinRestriction":"Public","sequenceNumber":5}"#;
    activity("PUT", title_id, body)
}

pub fn delete_activity(title_id: u32) -> Request {
    activity("DELETE", title_id, r#"{"sequenceNumber":"5"}"#)
}

pub fn get_activities(title_id: u32) -> Request {
    activity("GET", title_id, "").without("Content-Type")
}

pub fn recent_players(title_id: u32) -> Request {
    let path = format!("/titles/{title_id}/recentplayers");
    Request::call(&path, OF_USER, r#"{"recentPlayers":[{"id":"11","timestamp":"2020-05-12T10:11:12Z"}]}"#)
}

pub fn server_recent_players(title_id: u32) -> Request {
    let path = format!("/titles/{title_id}/recentplayers/server");
    let body = r#"{"recentPlayersByXuid":[{"xuid":"11","recentPlayers":[
        {"id":"12","timestamp":"2020-05-12T10:11:13Z","encounterType":"Teammate","network":"XboxLive"}]}]}"#;
    Request::call(&path, OF_SERVICE, body)
}

pub fn recent_player_groups(title_id: u32) -> Request {
    let path = format!("/titles/{title_id}/recentplayergroups/server");
    let body = r#"{"recentPlayerGroups":[{"timestamp":"2020-05-12T10:11:12Z",
        "recentPlayers":[{"id":"11","network":"XboxLive"},{"id":"12"}]}]}"#;
    Request::call(&path, OF_SERVICE, body)
}
