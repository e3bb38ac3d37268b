"""What runs without anybody watching, as an operator sees it and sets it right."""
