//! Requests, replies and errors as HTTP has them.
//!
//! | file | holds |
//! |---|---|
//! | `http` | a call and a response, without a library |
//! | `percent` | percent-encoding of paths and queries |
//! | `route` | one route: what stands in its path, query and body |
//! | `public`, `extension` | the rows of the two parts of the table |
//! | `table` | all routes, made of the rows |
//! | `request` | a request as a call, and back, by the table |
//! | `reply`, `public_reply` | a reply as a response, and back |
//! | `page` | whether a list goes on |
//! | `error` | an error as a response, and back |
//! | `stream` | where the stream of events is |
//!
//! There is one table of routes, and both directions follow it. The part below `/api/v1/` is meltcloud's public API as
//! its Terraform provider speaks it; the part below `/meltdeck/v1/` is this project's extension, so that what is
//! emulated and what is invented stay apart. Reading is tolerant: bodies may be bare or wrapped, keys may be null or
//! absent, unknown keys are passed over. Writing is exact.

mod error;
mod extension;
pub(crate) mod http;
mod page;
mod percent;
mod public;
mod public_reply;
mod reply;
mod request;
pub(crate) mod route;
mod stream;
pub(crate) mod table;

pub use error::{read_error, status, write_error};
pub use http::{Call, Method, Response};
pub use page::{next_page, page_of};
pub use reply::{read_reply, write_reply};
pub use request::{Asked, allowed, read, write};
pub use route::Part;
pub use stream::{read_stream_path, stream_path};

#[cfg(test)]
pub(crate) mod tests;
