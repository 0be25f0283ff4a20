"""The three services of huiyuan and the kit they share; services never import each other."""
