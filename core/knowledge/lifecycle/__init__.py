"""What happens to an article over time: owners, reviews, dates, redirects and translations."""
