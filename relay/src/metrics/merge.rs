//! Several texts of the same metrics, with different labels, as one: the format requires the lines of a metric to be
//! together.

#[derive(Debug, Default)]
struct Metric {
    name: String,
    /// What it is and of which type: the lines that begin with `#`.
    head: String,
    values: String,
}

/// The metrics stand in the order in which they first come.
pub fn merge(texts: impl IntoIterator<Item = String>) -> String {
    let mut metrics: Vec<Metric> = Vec::new();
    for text in texts {
        let mut current = 0;
        for line in text.split_inclusive('\n') {
            if let Some(described) = line.strip_prefix("# ") {
                let name = described.split(' ').nth(1).unwrap_or_default();
                current = metrics.iter().position(|metric| metric.name == name).unwrap_or(metrics.len());
                if current == metrics.len() {
                    metrics.push(Metric { name: name.to_owned(), ..Metric::default() });
                }
                if !metrics[current].head.contains(line) {
                    metrics[current].head.push_str(line);
                }
            } else if let Some(metric) = metrics.get_mut(current) {
                metric.values.push_str(line);
            }
        }
    }
    metrics.into_iter().map(|metric| metric.head + &metric.values).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_metric_come_together() {
        let text = |label: &str| {
            format!(
                "# HELP a One.\n# TYPE a gauge\na{{x=\"{label}\"}} 1\n# HELP b Two.\n# TYPE b counter\nb{{x=\"{label}\"}} 2\n"
            )
        };
        let merged = merge([text("1"), text("2")]);
        assert_eq!(
            merged,
            "# HELP a One.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 1\n\
             # HELP b Two.\n# TYPE b counter\nb{x=\"1\"} 2\nb{x=\"2\"} 2\n"
        );
        assert_eq!(merge([]), "");
    }
}
