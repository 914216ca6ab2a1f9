//! The map: vectors laid out in the plane, at once by their principal axes and then by their neighbours, and
//! what of a plane lies under a terminal's cells, a rectangle or a lasso.
//!
//! Invariant: the same vectors give the same points, whatever the number of threads, and every point is finite.

mod affinities;
mod cloud;
mod jacobi;
mod krylov;
mod layout;
mod plane;
mod principal;
mod raster;
mod repulsion;
mod trust;

pub use cloud::{Cloud, draw};
pub use layout::{LayoutOptions, NeighbourLayout};
pub use plane::{Plane, Rect};
pub use principal::{Principal, principal_axes};
pub use raster::{Cell, Dots, Raster, Shown, View};
pub use trust::trustworthiness;

/// A place in the plane: right, up.
pub type Point = [f32; 2];
