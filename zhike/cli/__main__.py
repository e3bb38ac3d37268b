from zhike.cli.main import main

raise SystemExit(main())
