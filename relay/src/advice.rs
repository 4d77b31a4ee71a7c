//! What to do about an outcome of the library, in the names of this program's options.

use mpa::outcome::Advice;

/// A sentence, and what to do about it.
pub fn after(sentence: &str, advice: Option<Advice>) -> String {
    match advice {
        None => sentence.to_owned(),
        Some(advice) => format!("{sentence} {}", in_words(advice)),
    }
}

fn in_words(advice: Advice) -> &'static str {
    match advice {
        Advice::PushAuthorization | Advice::PushAuthorizationUnlessSigningIn => {
            "Write a newer token into the file of --authorization-header-file; a relay with --certificate renews it by \
             itself."
        }
        Advice::CheckUserToken => "Check that the token is that of a user, and for this title and sandbox.",
        Advice::CheckServiceToken | Advice::CheckToken => {
            "Check that the certificate, or the token that the relay was given, is for this title and sandbox."
        }
        Advice::TrustIssuer | Advice::TrustCertificate => {
            "Check --endpoint; for a service of your own, put its authority into the file of --ca-certificates."
        }
        Advice::CheckAuthority => "The authority in the file of --ca-certificates did not issue this certificate.",
        Advice::TrustProxy => "A proxy opens TLS: put its authority into the file of --ca-certificates.",
        Advice::CheckProxy => "Check --proxy-url, and that the proxy runs.",
        Advice::GiveProxyPassword => "Put http://user:password@host:port into the file of --proxy-url-file.",
        Advice::CheckProxyPassword => "Check the user name and the password in the file of --proxy-url-file.",
        Advice::AllowInProxy => "Have the proxy let this machine connect to the service.",
        Advice::UseHttps => "Use an https:// URL for --endpoint, or set --allow-plain-http.",
        Advice::CheckSandbox => "Check --sandbox.",
        Advice::CheckSandboxAndRelyingParty => "Check --sandbox and --relying-party.",
        Advice::CheckSignIn => "Check --sandbox, --relying-party, --sign-in-endpoint and --token-endpoint.",
        Advice::CallTimeout => "Raise --request-timeout-ms.",
        Advice::QueueCapacityBytes => "Send smaller requests.",
    }
}
