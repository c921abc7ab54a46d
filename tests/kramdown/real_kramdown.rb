# Answers with what kramdown makes of each text it is sent: a line with a length in bytes, then as many bytes,
# both ways. The options are Jekyll's, without its highlighter.
require "kramdown"
require "kramdown-parser-gfm"

OPTIONS = {
  input: "GFM", hard_wrap: false, auto_ids: true, toc_levels: (1..6).to_a, entity_output: "as_char",
  smart_quotes: "lsquo,rsquo,ldquo,rdquo", footnote_nr: 1, syntax_highlighter: nil
}.freeze

STDIN.binmode
STDOUT.binmode
while (length = STDIN.gets)
  text = STDIN.read(length.to_i).force_encoding("UTF-8")
  begin
    html = Kramdown::Document.new(text, OPTIONS).to_html
  rescue StandardError, SystemStackError => e
    html = "kramdown failed: #{e.class}"
  end
  STDOUT.write("#{html.bytesize}\n#{html}")
  STDOUT.flush
end
