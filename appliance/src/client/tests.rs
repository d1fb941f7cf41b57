//! The client against servers that do not behave.
