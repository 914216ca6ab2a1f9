mod readme;
mod screens;
mod support;
