//! How keys and certificates are written down: DER and BER, PEM text, and what people hand over instead.

pub mod ber;
pub mod der_reader;
pub mod format;
pub mod pem;
