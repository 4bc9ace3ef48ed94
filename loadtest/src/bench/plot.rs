//! The picture: how late tokens are as more visitors read at the same time.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::{HELD_MS, report::Bench};

const SIZE: (u32, u32) = (960, 540);
const COLOURS: [RGBColor; 5] = [
    RGBColor(79, 70, 229),
    RGBColor(100, 116, 139),
    RGBColor(5, 150, 105),
    RGBColor(217, 119, 6),
    RGBColor(220, 38, 38),
];

/// Draws the token latency of every run over its number of streams.
pub(crate) fn draw(bench: &Bench, file: &Path) -> Result<()> {
    painted(bench, file).map_err(|cause| anyhow!("the plot cannot be drawn: {cause}"))
}

fn painted(bench: &Bench, file: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut points: Vec<_> = bench
        .limits
        .iter()
        .filter_map(|run| Some((run.contender, run.visitors, run.report.token_latency_ms?.p99)))
        .collect();
    for one in bench.contenders() {
        let late = bench.late(one).into_iter();
        points.extend(late.map(|(visitors, late)| (one, visitors, late)));
    }
    points.sort_by_key(|(_, visitors, _)| *visitors);
    let most = points.iter().map(|(_, visitors, _)| *visitors).max().unwrap_or(1);
    let slowest = points.iter().map(|(_, _, late)| *late).fold(100.0, f64::max);
    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(
            "Tokens on time: p99 latency over streams on one processor",
            ("sans-serif", 20),
        )
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(0..most + most / 20, (0.1..slowest * 1.5).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("streams of 50 tokens a second")
        .y_desc("ms, logarithmic")
        .light_line_style(WHITE)
        .draw()?;
    chart.draw_series(LineSeries::new([(0, HELD_MS), (most, HELD_MS)], BLACK.mix(0.4)))?;
    for (one, colour) in bench.contenders().into_iter().zip(COLOURS) {
        let line = points
            .iter()
            .filter(|(of, ..)| *of == one)
            .map(|(_, visitors, late)| (*visitors, *late));
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(2)).point_size(3))?
            .label(one.name())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.2))
        .draw()?;
    Ok(area.present()?)
}
