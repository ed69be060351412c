//! Figures: what is counted is exact, whatever stops or kills the server, and is told by the shop's own days.

mod counted;
mod kept;
mod told;
