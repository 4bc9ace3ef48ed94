//! The plane that pages are drawn on.

use pdf_extract::{Object, Transform};

/// `x' = a·x + c·y + e`, `y' = b·x + d·y + f`, as PDF writes it: `[a b c d e f]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// Of six operands or an array of six; nothing of anything else.
    pub(super) fn read(numbers: &[Object]) -> Option<Self> {
        let mut read = [0.0; 6];
        if numbers.len() != 6 {
            return None;
        }
        for (slot, number) in read.iter_mut().zip(numbers) {
            *slot = f64::from(number.as_float().ok()?);
        }
        Some(Self(read))
    }

    /// First `self`, then `next`.
    pub(super) fn then(self, next: Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [na, nb, nc, nd, ne, nf] = next.0;
        Self([
            a * na + b * nc,
            a * nb + b * nd,
            c * na + d * nc,
            c * nb + d * nd,
            e * na + f * nc + ne,
            e * nb + f * nd + nf,
        ])
    }

    pub(super) fn apply(self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// Turned by so many degrees clockwise and upside down, so that text written at this angle
    /// runs to the right and lines follow each other downwards.
    pub(super) fn reading(degrees: i32) -> Self {
        let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
        Self([cos, sin, sin, -cos, 0.0, 0.0])
    }

    /// How long a unit along the line is, and one across it.
    pub(super) fn scales(self) -> (f64, f64) {
        let [a, b, c, d, ..] = self.0;
        (a.hypot(b), c.hypot(d))
    }

    /// Direction of writing in whole degrees, 0 to 359.
    pub(super) fn degrees(self) -> i32 {
        let [a, b, ..] = self.0;
        #[expect(clippy::cast_possible_truncation, reason = "±180")]
        let degrees = b.atan2(a).to_degrees().round() as i32;
        degrees.rem_euclid(360)
    }

    pub(super) fn is_finite(self) -> bool {
        self.0.iter().all(|n| n.is_finite() && n.abs() < 1e7)
    }
}

impl From<&Transform> for Matrix {
    fn from(t: &Transform) -> Self {
        Self([t.m11, t.m12, t.m21, t.m22, t.m31, t.m32])
    }
}

/// A rectangle, y downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn of(a: (f64, f64), b: (f64, f64)) -> Self {
        Self {
            x0: a.0.min(b.0),
            x1: a.0.max(b.0),
            top: a.1.min(b.1),
            bottom: a.1.max(b.1),
        }
    }

    pub(super) fn around(self, other: Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            x1: self.x1.max(other.x1),
            top: self.top.min(other.top),
            bottom: self.bottom.max(other.bottom),
        }
    }

    pub(super) fn width(self) -> f64 {
        self.x1 - self.x0
    }

    /// Whether they come as near as `slack`.
    pub(super) fn touches(self, other: Self, slack: f64) -> bool {
        self.x0 <= other.x1 + slack
            && other.x0 <= self.x1 + slack
            && self.top <= other.bottom + slack
            && other.top <= self.bottom + slack
    }
}
