//! The main job over every transport: ask, and a grounded, cited answer comes.

mod answering;
