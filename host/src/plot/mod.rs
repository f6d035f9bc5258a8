//! A picture of curves, as SVG and as PNG. Plain values: it knows no run, no tensor and no plugin.
//!
//! Colours are Okabe and Ito's, which people who see fewer colours tell apart.

use std::sync::Once;

use plotters::coord::Shift;
use plotters::coord::ranged1d::ValueFormatter;
use plotters::prelude::{
    BitMapBackend, ChartBuilder, Circle, Color, DrawingArea, DrawingAreaErrorKind, DrawingBackend,
    FontStyle, IntoDrawingArea, IntoLogRange, LineSeries, PathElement, RGBColor, Ranged,
    SVGBackend, SeriesLabelPosition,
};
use plotters::style::{BLACK, WHITE, register_font};

const SIZE: (u32, u32) = (720, 420);
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];
/// DejaVu Sans, ASCII alone: `LICENSE-DejaVuSans` beside it.
static FONT: &[u8] = include_bytes!("DejaVuSans.ttf");
const FACE: &str = "sans-serif";

/// A chart of lines over one axis.
#[derive(Debug, Clone, Default)]
pub struct Plot {
    /// Above the chart.
    pub title: String,
    /// Below it.
    pub x: Axis,
    /// Beside it.
    pub y: Axis,
    /// What is drawn; points that are not finite are left out.
    pub curves: Vec<Curve>,
    /// Single points that are pointed out.
    pub marks: Vec<Mark>,
}

/// How values lie along a side.
#[derive(Debug, Clone, Default)]
pub struct Axis {
    /// With the unit where there is one.
    pub label: String,
    /// Equal ratios are equal lengths; values that are not above 0 are left out.
    pub is_log: bool,
}

/// A line.
#[derive(Debug, Clone, Default)]
pub struct Curve {
    /// In the legend; without a name it is not there.
    pub name: String,
    /// From left to right.
    pub points: Vec<(f64, f64)>,
}

/// A point that is pointed out.
#[derive(Debug, Clone, Default)]
pub struct Mark {
    /// In the legend.
    pub name: String,
    /// Where.
    pub at: (f64, f64),
}

/// A picture that cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// Fewer than two points.
    #[error("the plot `{0}` has fewer than two points to draw")]
    Empty(String),
    /// The drawing library refused.
    #[error("cannot draw the plot: {0}")]
    Drawing(String),
}

impl Plot {
    /// As SVG.
    ///
    /// # Errors
    /// Fewer than two points.
    pub fn svg(&self) -> Result<String, PlotError> {
        let mut text = String::new();
        self.draw(&SVGBackend::with_string(&mut text, SIZE).into_drawing_area())?;
        Ok(text)
    }

    /// As PNG.
    ///
    /// # Errors
    /// Fewer than two points.
    pub fn png(&self) -> Result<Vec<u8>, PlotError> {
        let (width, height) = SIZE;
        let mut pixels = vec![0; width as usize * height as usize * 3];
        self.draw(&BitMapBackend::with_buffer(&mut pixels, SIZE).into_drawing_area())?;
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Rgb);
        let written = encoder.write_header().and_then(|mut png| png.write_image_data(&pixels));
        written.map_err(|error| PlotError::Drawing(error.to_string()))?;
        Ok(file)
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Result<(), PlotError> {
        let ([left, right], [low, high]) = (self.across()?, self.up());
        let drawn = match (self.x.is_log, self.y.is_log) {
            (false, false) => self.chart(area, left..right, low..high),
            (true, false) => self.chart(area, (left..right).log_scale(), low..high),
            (false, true) => self.chart(area, left..right, (low..high).log_scale()),
            (true, true) => self.chart(area, (left..right).log_scale(), (low..high).log_scale()),
        };
        drawn.map_err(|error| PlotError::Drawing(error.to_string()))
    }

    fn chart<B: DrawingBackend, X, Y>(
        &self,
        area: &DrawingArea<B, Shift>,
        x: X,
        y: Y,
    ) -> Result<(), DrawingAreaErrorKind<B::ErrorType>>
    where
        X: plotters::coord::ranged1d::AsRangedCoord<Value = f64>,
        Y: plotters::coord::ranged1d::AsRangedCoord<Value = f64>,
        X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        load_font();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, (FACE, 20))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(72)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .max_light_lines(0)
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .x_label_formatter(&|value| short(*value))
            .y_label_formatter(&|value| short(*value))
            .label_style((FACE, 14))
            .draw()?;
        for (curve, colour) in self.curves.iter().zip(COLOURS.iter().cycle()) {
            let line =
                chart.draw_series(LineSeries::new(self.shown(curve), colour.stroke_width(2)))?;
            if !curve.name.is_empty() {
                line.label(&curve.name).legend(|at| key(at, *colour));
            }
        }
        for (mark, colour) in self.marks.iter().zip(COLOURS[1..].iter().cycle()) {
            let dot = || Circle::new(mark.at, 5, colour.filled());
            let point = chart.draw_series(std::iter::once(dot()))?;
            point.label(&mark.name).legend(|(x, y)| Circle::new((x + 8, y), 5, colour.filled()));
        }
        if self.marks.is_empty() && self.curves.iter().all(|curve| curve.name.is_empty()) {
            return area.present();
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK.mix(0.2))
            .label_font((FACE, 14))
            .draw()?;
        area.present()
    }

    fn shown<'a>(&self, curve: &'a Curve) -> impl Iterator<Item = (f64, f64)> + 'a {
        let (x_log, y_log) = (self.x.is_log, self.y.is_log);
        let fits = |value: f64, is_log: bool| value.is_finite() && (!is_log || value > 0.0);
        let points = curve.points.iter().copied();
        points.filter(move |(x, y)| fits(*x, x_log) && fits(*y, y_log))
    }

    fn across(&self) -> Result<[f64; 2], PlotError> {
        let all: Vec<f64> =
            self.curves.iter().flat_map(|curve| self.shown(curve)).map(|(x, _)| x).collect();
        let [least, greatest] = extremes(all.into_iter());
        if least < greatest {
            Ok([least, greatest])
        } else {
            Err(PlotError::Empty(self.title.clone()))
        }
    }

    /// With a little room below, and above for the legend.
    fn up(&self) -> [f64; 2] {
        let all = self.curves.iter().flat_map(|curve| self.shown(curve)).map(|(_, y)| y);
        let [least, greatest] = extremes(all);
        let named = self.curves.iter().filter(|curve| !curve.name.is_empty()).count();
        let above = 1.0 + (named + self.marks.len()) as f64;
        if self.y.is_log {
            let room = (greatest / least).max(2.0).powf(0.06);
            return [least / room, greatest * room.powf(above)];
        }
        let room = if least < greatest { (greatest - least) * 0.06 } else { 0.5 };
        [least - room, greatest + room * above]
    }
}

fn key((x, y): (i32, i32), colour: RGBColor) -> PathElement<(i32, i32)> {
    PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2))
}

fn extremes(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::INFINITY, f64::NEG_INFINITY], |[least, greatest], value| {
        [least.min(value), greatest.max(value)]
    })
}

/// `0.001`, `1e-5`: what fits beside a tick.
fn short(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e5).contains(&size) {
        return format!("{value:.1e}").replace(".0e", "e");
    }
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn load_font() {
    static LOADED: Once = Once::new();
    // It fails for bytes that are no font: these are one, as a test shows.
    LOADED.call_once(|| drop(register_font(FACE, FontStyle::Normal, FONT)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot() -> Plot {
        let points =
            |factor: f64| (1..=20).map(|x| (f64::from(x), factor * f64::from(x))).collect();
        Plot {
            title: "Two lines".to_owned(),
            x: Axis { label: "step".to_owned(), is_log: false },
            y: Axis { label: "loss".to_owned(), is_log: false },
            curves: vec![
                Curve { name: "one".to_owned(), points: points(1.0) },
                Curve { name: "two".to_owned(), points: points(2.0) },
            ],
            marks: vec![Mark { name: "here".to_owned(), at: (5.0, 5.0) }],
        }
    }

    #[test]
    fn a_picture_has_its_words_and_lines() {
        let svg = plot().svg().unwrap();
        for word in ["Two lines", "step", "loss", "one", "two", "here"] {
            assert!(svg.contains(word), "{word}");
        }
        assert!(svg.matches("<polyline").count() >= 2);
        assert_eq!(svg, plot().svg().unwrap());
    }

    #[test]
    fn a_png_is_whole_and_not_white() {
        let file = plot().png().unwrap();
        let decoder = png::Decoder::new(std::io::Cursor::new(file));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), SIZE);
        let blue = pixels.chunks(3).filter(|pixel| **pixel == [0, 114, 178]).count();
        assert!(blue > 300, "{blue}");
        // The title is drawn, for the font is one.
        let row = SIZE.0 as usize * 3;
        assert!(pixels[row * 12..row * 34].iter().any(|value| *value < 128));
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        let mut plot = plot();
        plot.curves[0].points.extend([(f64::NAN, 1.0), (30.0, f64::INFINITY)]);
        assert_eq!(plot.across().unwrap(), [1.0, 20.0]);
        plot.x.is_log = true;
        plot.curves[1].points.push((-1.0, 3.0));
        assert_eq!(plot.across().unwrap(), [1.0, 20.0]);
        assert!(plot.svg().is_ok());
        let error = Plot { title: "none".to_owned(), ..Plot::default() }.svg().unwrap_err();
        assert_eq!(error.to_string(), "the plot `none` has fewer than two points to draw");
    }

    #[test]
    fn numbers_beside_ticks_are_short() {
        let cases = [(0.0, "0"), (0.001, "0.001"), (1e-5, "1e-5"), (0.25, "0.25"), (2e6, "2e6")];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
    }
}
